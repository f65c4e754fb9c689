// Slash commands as the picker needs them, and the checks that a client makes before it sends one.

import { encodeFile } from "./modal.js";

export const TYPE = { string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, file: 11 };

// Every command that can be run: {path: "odyssey start", description, options}.
export function leavesOf(commands) {
  const leaves = [];
  const visit = (node, path) => {
    const children = (node.options ?? []).filter((option) => option.type <= 2);
    if (!children.length) leaves.push({ path: path.join(" "), description: node.description, options: node.options ?? [] });
    for (const child of children) visit(child, [...path, child.name]);
  };
  for (const command of commands) visit(command, [command.name]);
  return leaves;
}

// Those that fit what was typed after the slash, best first.
export function matching(leaves, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (leaf) => (leaf.path.startsWith(words.join(" ")) ? 0 : words.every((word) => leaf.path.includes(word)) ? 1 : 2);
  return leaves.map((leaf) => [rank(leaf), leaf]).filter(([order]) => order < 2).sort((a, b) => a[0] - b[0]).map(([, leaf]) => leaf);
}

// The command that a finished line begins with, and what follows it: "/odyssey start a harbour".
export function typedInFull(leaves, typed) {
  const fits = leaves.filter((leaf) => typed === leaf.path || typed.startsWith(`${leaf.path} `));
  const leaf = fits.sort((a, b) => b.path.length - a.path.length)[0];
  return leaf ? { leaf, rest: typed.slice(leaf.path.length).trim() } : null;
}

// What follows a command, by option: "prompt:a harbour minutes:10" as Discord writes it out; without names it is the first one's.
export function typedOptions(leaf, rest) {
  const names = leaf.options.map((option) => option.name);
  if (!names.length) return {};
  const [unnamed, ...named] = rest.split(new RegExp(`(?:^|\\s)(${names.join("|")}):`));
  const typed = unnamed.trim() ? { [names[0]]: unnamed.trim() } : {};
  for (let i = 0; i < named.length; i += 2) typed[named[i]] = named[i + 1].trim();
  return typed;
}

// What can be chosen for an option without asking the bot; null when anything may be typed.
export function choicesOf(option, app) {
  if (option.type === TYPE.boolean) return [{ title: "True", value: true }, { title: "False", value: false }];
  if (option.choices?.length) return option.choices.map((choice) => ({ title: choice.name, value: choice.value }));
  const people = app.users.map((user) => ({ title: user.display_name, detail: user.name, value: user.id }));
  const roles = app.roles.map((role) => ({ title: `@${role.name.replace(/^@/, "")}`, value: role.id }));
  switch (option.type) {
    case TYPE.user: return people;
    case TYPE.role: return roles;
    case TYPE.mentionable: return [...people, ...roles];
    case TYPE.channel: return app.channels.map((channel) => ({ title: `#${channel.name}`, value: channel.id }));
    default: return null;
  }
}

// {value}, {error: sentence}, or {} when nothing was given.
export function readOption(option, text, chosen) {
  if (chosen !== undefined) return { value: chosen };
  if (text === "") return option.required ? { error: "This option is required. Specify a value." } : {};
  switch (option.type) {
    case TYPE.string: {
      if (option.min_length && text.length < option.min_length) return { error: `At least ${option.min_length} characters, please.` };
      if (option.max_length && text.length > option.max_length) return { error: `At most ${option.max_length} characters, please (these are ${text.length}).` };
      return { value: text };
    }
    case TYPE.integer: case TYPE.number: {
      const number = Number(text);
      if (!Number.isFinite(number) || (option.type === TYPE.integer && !Number.isInteger(number))) return { error: "Input a valid number." };
      if (option.min_value !== undefined && number < option.min_value) return { error: `At least ${option.min_value}, please.` };
      if (option.max_value !== undefined && number > option.max_value) return { error: `At most ${option.max_value}, please.` };
      return { value: number };
    }
    default: return { error: "Choose one from the list." };
  }
}

// {options} by their names; or {wrong, error} for the first field that cannot be sent so.
export async function readFields(fields) {
  const options = {};
  for (const field of fields) {
    const file = field.input.files?.[0];
    const read = file ? { value: await encodeFile(file) } : readOption(field.option, field.input.value.trim(), field.chosen);
    if (read.error) return { wrong: field, error: read.error };
    if ("value" in read) options[field.option.name] = read.value;
  }
  return { options };
}

// An option that may be left out, and of which nothing is typed: Enter sends the command without it.
export function mayPass({ option, input }) {
  return !option.required && input.value === "";
}
