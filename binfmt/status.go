package binfmt

import "errors"

// Status is what there is, for people and programs.
type Status struct {
	Dir      string       `json:"dir"`
	Mounted  bool         `json:"mounted"`
	Enabled  bool         `json:"enabled"` // the kernel obeys entries at all
	Entries  []EntryState `json:"entries"` // ours
	Features []Feature    `json:"features"`
	Warnings []Warning    `json:"warnings"`
}

// EntryState is one of our entries. What it says of one that is registered is as found.
type EntryState struct {
	Name        string `json:"name"`
	Registered  bool   `json:"registered"`
	Disabled    bool   `json:"disabled,omitempty"`
	Interpreter string `json:"interpreter,omitempty"`
	Flags       string `json:"flags,omitempty"`
}

// Look finds out what is registered at path, and what to warn of.
func Look(path string, ours []Entry) (*Status, error) {
	s := &Status{Dir: path, Warnings: []Warning{}, Features: []Feature{}}
	d, err := Open(path)
	if err != nil && !errors.Is(err, ErrNotMounted) {
		return nil, err
	}
	var there []Entry
	if d != nil {
		s.Mounted = true
		if s.Enabled, err = d.IsEnabled(); err != nil {
			return nil, err
		}
		if there, err = d.List(); err != nil {
			return nil, err
		}
		s.Features = d.Features()
	}
	for _, o := range ours {
		state := EntryState{Name: o.Name}
		if e := named(there, o.Name); e != nil {
			state = EntryState{o.Name, true, e.Disabled, e.Interpreter, e.Flags}
		}
		s.Entries = append(s.Entries, state)
	}
	if there != nil {
		s.Warnings = append(s.Warnings, Warnings(there, ours, SetIDFiles())...)
	}
	return s, nil
}
