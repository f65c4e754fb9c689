const PROMPTS = [
  "A quiet harbour at dusk, paper lanterns drifting on the water",
  "A night train crossing a snowy plain under green northern lights",
  "A garden of glass flowers that chime in the evening wind",
  "A lighthouse on a small island while a summer storm comes in",
];

export function randomPrompt() {
  return PROMPTS[Math.floor(Math.random() * PROMPTS.length)];
}
