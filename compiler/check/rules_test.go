package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rules are the rules of docs/language.md that the checker sees to, and the programs of
// testdata/fail that break each of them. Programs are named by what they break; here they
// stand in the order of that page.
var rules = []struct{ rule, files string }{
	// types
	{"a number widens by itself, and changes to nothing else", "convert_narrow convert_sign convert_wuint convert_text convert_bool"},
	{"arithmetic on bytes is that of int", "byte_sum byte_assign"},
	{"bits belong to wuint32 and wuint64, which do not mix with others", "bits_int bits_literal shift_int wuint_mix"},
	{"a constant fits its type", "literal_large literal_negative literal_byte fold_overflow fold_below_zero"},
	{"division by zero and too large shifts are seen while compiling where they can be", "division_by_zero fold_division assign_division_by_zero shift_count"},
	{"a range holds its variable's values, and is made of constants", "range_literal range_local range_default range_empty range_constant range_type"},
	{"what may be none is asked first", "maybe_use maybe_convert maybe_order maybe_mutable maybe_behind_if maybe_else_branch maybe_or maybe_own hint_maybe_again"},
	{"what is never none is not asked", "maybe_never none_type"},
	{"a ?scalar is no field and no parameter", "maybe_param record_pair_field list_of_maybe"},
	{"a failure is looked at", "fail_unhandled fail_inner"},
	{"try passes on what the func can fail with", "fail_try_other fail_try_signature fail_error_signature fail_error_value"},
	{"what cannot fail needs no try, else or on error", "fail_try_safe fail_else_safe fail_on_error_safe"},
	{"on error behind a declaration leaves", "fail_on_error_stays"},
	{"a reference without ! only reads, and all that is reached through it", "class_read_only record_read_only class_through_this sigil_through_list sigil_element sigil_element_assign"},
	{"a reference gains no marks", "sigil_widen sigil_copy_record sigil_scalar"},
	{"a func changes and does I/O as its name says", "class_field_in_reader class_func_in_reader service_field_read_only io_without_sigil io_call_without_sigil io_param io_hand_over"},
	{"fields of a class are its own", "class_field_private class_local_hides_field"},
	{"a class has no givemes", "class_giveme class_service_func class_io service_field_class"},
	{"records are made by the names of their fields", "record_by_place record_field_missing record_field_twice record_field_unknown record_field_type"},
	{"a ctor sets each field before the object is seen", "ctor_field_unset ctor_read_before ctor_func_before ctor_this_before ctor_return_early ctor_loop class_no_ctor service_field_unset service_field_no_ctor"},
	{"an Array holds scalars; a List or Map what is neither own nor none; keys are integers, enums or strings", "array_of_string list_of_own map_key map_value list_element"},
	{"a constant is known while compiling", "const_not_constant const_calls const_circle const_list const_object const_array_value const_array_element const_array_change const_field"},
	{"capabilities are given, not made", "new_given giveme_forgotten giveme_right giveme_right_handed giveme_class giveme_sigil system_sigil system_only system_io"},
	// meaning
	{"a name means one thing", "name_shadow_local name_shadow_func name_shadow_const name_shadow_core name_shadow_giveme name_twice"},
	{"a name is known where it is declared", "name_unknown name_out_of_scope name_core_hidden"},
	{"a local that is assigned again says so; loop names, parameters, givemes and constants are not assigned", "assign_fixed assign_loop_name assign_param assign_giveme assign_const"},
	{"a match on an enum or bool is complete, and has no case in vain", "match_enum match_bool match_twice match_text_twice match_range_twice match_range_empty"},
	{"copy makes strings, Bytes, Arrays, Lists and records", "copy_map"},
	{"== compares numbers, bools, enums and strings", "compare_objects record_equal compare_types compare_enums compare_order_bool"},
	{"a call gives each parameter one value", "call_too_few call_too_many call_name_twice call_name_unknown call_place_behind_name call_type"},
	{"skip and break belong to loops", "loop_outside loop_break_outside"},
	{"a func returns on every way", "return_missing return_missing_loop return_missing_match"},
	{"a format fits its values", "format_few format_many format_object format_maybe format_spec format_hex_text format_not_literal"},
	// memory
	{"R1: only the names behind arena are seen inside", "arena_names arena_names_unknown"},
	{"R2: nothing made inside leaves, but for copies of what holds no references", "arena_escape arena_escape_variable arena_return arena_field arena_else arena_loop_name arena_copy_deep"},
	{"R3: what was made outside and holds references is only read inside", "arena_container arena_alias arena_this arena_this_call service_field_arena"},
	{"R4: I/O inside keeps nothing: a func @ without ! changes no field", "arena_io"},
	{"R5: an own value is given away once, on each way", "own_lost own_one_way own_loop own_in_loop own_twice own_given_twice own_used_after own_try own_param own_condition own_result_lost"},
	{"R5: own values are locals, parameters and results", "record_own_field list_of_own own_mutable own_string own_borrowed hint_own_lent"},
}

// TestRules: there is a program for each rule, and no rule is listed twice.
func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.rule] {
			t.Errorf("%q stands twice", r.rule)
		}
		seen[r.rule] = true
		for _, name := range strings.Fields(r.files) {
			src, err := os.ReadFile(filepath.Join("testdata/fail", name+".slul"))
			if err != nil || !strings.Contains(string(src), "# ERROR") {
				t.Errorf("%s: %v", r.rule, err)
			}
		}
	}
}
