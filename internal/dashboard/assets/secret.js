// The page with a key's secret: loading it again must not make another key, and
// a test call shows that it works.
"use strict";

(() => {
  const page = document.querySelector("[data-address]");
  history.replaceState(null, "", page.dataset.address);

  const box = document.getElementById("try");
  if (!box) return;
  box.hidden = false;
  const button = document.getElementById("try-button");
  const says = document.getElementById("try-says");
  button.addEventListener("click", async () => {
    button.disabled = true;
    box.classList.remove("ok", "no");
    says.textContent = "Asking …";
    try {
      const response = await fetch(new URL(box.dataset.url).pathname, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer " + document.getElementById("secret").textContent },
        body: JSON.stringify({ model: box.dataset.model, messages: [{ role: "user", content: "Say hello." }], max_tokens: 60 }),
      });
      const body = await response.json();
      if (!response.ok) throw new Error(body.error?.message ?? `The server answered ${response.status}.`);
      const digits = (amount) => amount.toFixed(9).replace(/\.?0+$/, "");
      const cost = [body.cost?.diem && `${digits(body.cost.diem)} DIEM`, body.cost?.usd && `$${digits(body.cost.usd)}`].filter(Boolean).join(" and ");
      says.textContent = `It works: “${body.choices[0].message.content}”${cost ? ` It cost ${cost}.` : ""}`;
      box.classList.add("ok");
    } catch (error) {
      says.textContent = error instanceof TypeError ? "The server does not answer. The key is made: copy it, and try again." : error.message;
      box.classList.add("no");
    }
    button.disabled = false;
  });
})();
