// Counts down in every <time data-countdown>, with the texts from the server.
const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function write(element, now) {
  const left = Math.max(0, Math.floor((Date.parse(element.dateTime) - now) / 1000));
  const label = element.querySelector("[data-left]");
  if (!label) return;
  if (left === 0) {
    label.textContent = element.dataset.over;
    return;
  }
  const format = (unit, value) =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" }).format(value);
  const first = units.findIndex(([, seconds]) => left >= seconds);
  const shown = units.slice(first, first + 2).map(([unit, seconds], place) => {
    const value = place === 0 ? Math.floor(left / seconds) : Math.floor((left % units[first][1]) / seconds);
    return format(unit, value);
  });
  label.textContent = shown.join(" ");
}

function tick() {
  const skew = Number(document.documentElement.dataset.skew || 0);
  for (const element of document.querySelectorAll("time[data-countdown]")) write(element, Date.now() + skew);
}

const served = Date.parse(document.documentElement.dataset.now || "");
if (!Number.isNaN(served) && Math.abs(served - Date.now()) > 90000) {
  document.documentElement.dataset.skew = String(served - Date.now());
}
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);
