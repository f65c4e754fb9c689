// On a phone, chat and video are tabs; where there is room for both they stand side by side, and are none.

const NAMES = ["chat", "stage"];
const narrow = matchMedia("(max-width: 820px)");
const tabs = NAMES.map((name) => document.getElementById(`tab-${name}`));
const panels = NAMES.map((name) => document.getElementById(name));

export function showView(name) {
  document.body.dataset.view = name;
  tabs.forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(NAMES[index] === name));
    tab.tabIndex = NAMES[index] === name ? 0 : -1;
  });
}

// Begins with `first`; calls `changed(name)` after a tab was chosen.
export function keepViews(first, changed) {
  const choose = (index) => {
    showView(NAMES[index]);
    changed(NAMES[index]);
    tabs[index].focus();
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(index));
    tab.addEventListener("keydown", (event) => {
      const next = { ArrowRight: (index + 1) % tabs.length, ArrowLeft: (index + tabs.length - 1) % tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
    });
  });
  narrow.addEventListener("change", nameParts);
  nameParts();
  showView(first);
}

function nameParts() {
  panels.forEach((panel, index) => {
    if (narrow.matches) panel.setAttribute("role", "tabpanel");
    else panel.removeAttribute("role");
    if (narrow.matches) panel.setAttribute("aria-labelledby", tabs[index].id);
    else panel.removeAttribute("aria-labelledby");
  });
}
