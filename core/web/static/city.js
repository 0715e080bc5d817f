// What the pages of the central city do by themselves; without it they work all the same.
"use strict";
