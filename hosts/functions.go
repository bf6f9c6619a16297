package hosts

import "context"

// Functions is a provider made of functions, as those of clouds with large
// clients are: where templates may call methods by name, as in this program, the
// linker keeps all methods of whatever an interface leads to, and those are
// hundreds that nobody calls. It doesn't lead to what functions hold.
type Functions struct {
	OnCreate func(context.Context, Order) (Machine, error)
	OnList   func(context.Context, Location) ([]Machine, error)
	OnDelete func(context.Context, Machine) error
	OnSizes  func(context.Context, Location) ([]Size, error)
}

// Create is the Provider's.
func (f Functions) Create(ctx context.Context, o Order) (Machine, error) { return f.OnCreate(ctx, o) }

// List is the Provider's.
func (f Functions) List(ctx context.Context, l Location) ([]Machine, error) { return f.OnList(ctx, l) }

// Delete is the Provider's.
func (f Functions) Delete(ctx context.Context, m Machine) error { return f.OnDelete(ctx, m) }

// Sizes is the Sizer's.
func (f Functions) Sizes(ctx context.Context, l Location) ([]Size, error) { return f.OnSizes(ctx, l) }
