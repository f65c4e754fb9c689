// What keys do while nothing else has them.

const STEP_S = 5;
const TAKEN = "button, a, input, textarea, select, video";

export function useKeys(video, { play, by, neighbour }) {
  const deeds = {
    " ": play,
    ArrowLeft: () => by(-STEP_S),
    ArrowRight: () => by(STEP_S),
    j: () => neighbour(-1),
    k: () => neighbour(1),
  };
  document.addEventListener("keydown", (event) => {
    const isLetter = event.key === "j" || event.key === "k"; // which no control needs
    if (event.ctrlKey || event.metaKey || event.altKey || (!isLetter && event.target.closest?.(TAKEN))) return;
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}
