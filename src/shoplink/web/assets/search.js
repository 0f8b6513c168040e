// `/` puts the cursor into the search field of the page, unless something is being typed already.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector('[role="search"] input:not([type="hidden"])');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
