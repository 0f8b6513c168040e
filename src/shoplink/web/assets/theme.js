// Loaded before the page is painted: the colour scheme that the person chose, else that of the machine.
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const root = document.documentElement;
  const wanted = root.dataset.theme;
  root.dataset.bsTheme = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
}

paint();
dark.addEventListener("change", paint);
