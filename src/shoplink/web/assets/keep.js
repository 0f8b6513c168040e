// Switching the language reloads the page; this keeps the input of its forms.
const place = `typed ${location.pathname}${location.search}`;
const fields = () => [...document.querySelectorAll("main form :is(input, select, textarea)[name]")].filter(
  (field) => !["hidden", "password", "file", "submit"].includes(field.type),
);
const named = (field, index) => `${index} ${field.name}`;

document.addEventListener("click", (event) => {
  if (!event.target.closest('button[name="switch_language"]')) return;
  const typed = fields().map((field, index) => [named(field, index), ["checkbox", "radio"].includes(field.type) ? field.checked : field.value]);
  sessionStorage.setItem(place, JSON.stringify(typed));
});

const kept = sessionStorage.getItem(place);
if (kept) {
  sessionStorage.removeItem(place);
  const typed = new Map(JSON.parse(kept));
  fields().forEach((field, index) => {
    const value = typed.get(named(field, index));
    if (value === undefined) return;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
  });
}
