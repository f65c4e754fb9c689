// The network is back, or somebody looks again, maybe after the page has slept.
export function onWake(wake) {
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", (event) => document.hidden || wake(event));
}
