// Builds and changes nodes. Words from outside only ever become text.

export function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// A node is changed only when what it says changes: whoever reads or selects it is not disturbed. Nothing to say hides it.
export function say(node, text) {
  const words = text ?? "";
  if (node.textContent !== words) node.textContent = words;
  node.hidden = words === "";
}
