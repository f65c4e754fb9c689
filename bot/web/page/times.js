// How long things may take, in milliseconds. One object, which tests change.

export const times = {
  config: 1500, // for the list of ICE servers
  gathering: 1500,
  whep: { connect: 5000, firstFrame: 8000, lost: 8000 },
  hls: { connect: 15000, firstFrame: 15000, lost: 30000 }, // its players wait for segments by themselves
  look: 500, // between two looks whether the picture moves
  still: 2000,
  fade: 400,
  settled: 10000, // who has played for so long need not knock slowly
  retry: [1000, 30000], // the first pause, and the longest
  quietRetry: [30000, 120000], // to have WHEP in place of HLS
  reconnect: [1000, 30000, 1.3], // and by what each is longer: a bot is there again within seconds
  clip: 15000, // between two clips that somebody may ask for
  word: 6000, // for what was answered to be read
  askedFor: 300000, // at most, by a Retry-After
  answer: 10000, // of the bot
  silence: 40000, // it says something every 15 s
  heardOfLate: 20000,
  glance: 5000, // elsewhere counts for nothing
  blip: 3000, // is not spoken of
};
