// Pages work without this script. It adds refreshing, countdowns and remembered input.
import "htmx.org";
import "./countdown.js";
import "./keep.js";
import "./menus.js";
import "./zone.js";
import "./once.js";
import "./print.js";
import "./copy.js";
import "./search.js";
