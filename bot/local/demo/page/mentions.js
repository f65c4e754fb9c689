// People whom a message mentions: found by what is typed after @, and written as Discord wants them.

const OFFERED = 8;

// Those whose name begins so; the bot first, for it is the one who listens.
export function matchingPeople(users, typed) {
  const wanted = typed.toLowerCase();
  return users
    .filter((user) => [user.display_name, user.name].some((name) => name.toLowerCase().startsWith(wanted)))
    .sort((a, b) => Number(b.is_bot) - Number(a.is_bot))
    .slice(0, OFFERED);
}

// The text with each "@Name" of somebody here as a mention; longer names first, for one may begin another.
export function withMentions(text, users) {
  const longestFirst = [...users].sort((a, b) => b.display_name.length - a.display_name.length);
  return longestFirst.reduce((done, user) => {
    const name = user.display_name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return done.replace(new RegExp(`(^|\\s)@${name}(?!\\w)`, "giu"), `$1<@${user.id}>`);
  }, text);
}
