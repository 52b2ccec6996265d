/** A module that is never loaded to its end, as that of a process that was stopped. */
setInterval(() => {}, 1000);
await new Promise(() => {});
