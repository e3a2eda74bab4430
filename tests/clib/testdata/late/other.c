int other_value = 3;
