# Completion of PROGRAM for fish: PROGRAM completion fish | source
function __clocker_compose
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l found
    set -l directive 0
    for line in ($words[1] __complete $words[2..-1] (commandline --current-token --cut-at-cursor) 2>/dev/null)
        if string match --quiet --regex '^:[0-9]+$' -- $line
            set directive (string sub --start 2 -- $line)
        else
            set --append found $line
        end
    end
    if test (count $found) -gt 0
        printf '%s\n' $found
    else if test (math "$directive % 8") -lt 4
        __fish_complete_path (commandline --current-token)
    end
end
complete --command PROGRAM --no-files --arguments '(__clocker_compose)'
