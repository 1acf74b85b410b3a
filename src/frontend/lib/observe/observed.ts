// What a call of the API is wrapped in; `#observe` is the server's or the browser's way.

/** Makes a call with the headers that tie it to its page. `endpoint` is the template of its path. */
export type Observed = (
  endpoint: string,
  call: (headers: Record<string, string>) => Promise<Response>,
) => Promise<Response>;
