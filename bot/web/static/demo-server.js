// Talking to the server: what people do goes there, what changed comes back.

export async function post(path, body = {}) {
  try {
    const answer = await fetch(`/demo/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) return null;
    return answer.status === 204 ? {} : await answer.json();
  } catch {
    return null;
  }
}

export function listen(onNews, onConnected) {
  const stream = new EventSource("/demo/stream");
  stream.onopen = () => onConnected(true);
  stream.onerror = () => onConnected(false);
  stream.onmessage = (event) => onNews(JSON.parse(event.data));
}
