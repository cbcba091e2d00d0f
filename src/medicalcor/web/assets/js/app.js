import "htmx.org";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { clocks } from "./clocks.js";
import { parts } from "./parts.js";

parts();
keys();
clocks();
live();
