// Package project reads what a user asks for: the compose files of one project,
// through compose-go, with what x-clocker adds to them, and the user's own
// config file with its locations.
//
// [Load] turns [Options] into a [Project]. Nothing here reads the process
// environment, asks an engine or prints: what the process knows comes in with
// Options, and what the user should hear goes out by [Project.Warnings] and by
// errors that name file, line and column.
package project
