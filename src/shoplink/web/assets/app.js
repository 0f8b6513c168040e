// Every page works without this; it adds what refreshes, counts down and remembers.
import "htmx.org";
import "./countdown.js";
import "./keep.js";
import "./menus.js";
import "./zone.js";
import "./once.js";
