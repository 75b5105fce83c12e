/** A server that is pid 1 of its container, launches nothing and adopts what others leave. */
setInterval(() => {}, 60_000);
