// What the pages of district administration do by themselves; without it they work all the same.
"use strict";
