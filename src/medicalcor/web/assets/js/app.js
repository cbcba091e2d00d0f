import "htmx.org";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { clocks } from "./clocks.js";
import { parts } from "./parts.js";
import { movable } from "./calendar.js";

parts();
keys();
clocks();
live();
movable();
