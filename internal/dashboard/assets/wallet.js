// Connects a browser wallet (EIP-6963, EIP-1193) and signs in with it (EIP-4361).
"use strict";

(() => {
  const list = document.getElementById("wallets");
  const looking = document.getElementById("nowallet");
  const without = document.getElementById("without");
  const says = document.getElementById("signin-says");
  const known = new Set();
  let attempts = 0; // the newest one counts: a wallet may never answer an older one
  looking.hidden = false;
  document.getElementById("elsewhere").hidden = new URL(list.dataset.origin).origin === location.origin;

  const tell = (text) => {
    says.textContent = text;
    says.hidden = !text;
  };

  // An icon is data by the standard; from anywhere else it would be a request.
  function iconOf(icon) {
    if (typeof icon === "string" && /^data:image\//i.test(icon)) {
      const image = document.createElement("img");
      image.src = icon;
      image.alt = "";
      return image;
    }
    const blank = document.createElement("span");
    blank.className = "wallet-icon";
    blank.textContent = "◈";
    blank.setAttribute("aria-hidden", "true");
    return blank;
  }

  const idle = "Sign in with this wallet";

  function offer(name, icon, provider, rdns) {
    looking.hidden = without.hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wallet";
    const text = document.createElement("span");
    const title = document.createElement("strong");
    title.textContent = name;
    const hint = document.createElement("small");
    hint.textContent = idle;
    text.append(title, hint);
    button.append(iconOf(icon), text);
    button.addEventListener("click", async () => {
      const attempt = ++attempts;
      const current = () => attempt === attempts;
      for (const other of list.querySelectorAll("small")) other.textContent = idle;
      tell("");
      try {
        await signIn(provider, current, (step) => { if (current()) hint.textContent = step; });
        if (!current()) return;
        remember(rdns);
        location.assign(list.dataset.next);
      } catch (error) {
        if (!current()) return;
        tell(reason(error));
        hint.textContent = idle;
      }
    });
    list.append(button);
  }

  // The pages behind this one listen to the same wallet (account.js).
  function remember(rdns) {
    try { localStorage.setItem("stakegate.wallet", rdns); } catch { /* private modes keep nothing */ }
  }

  // Codes of EIP-1193 and EIP-1474. -32002: the wallet shows an earlier question
  // still.
  function reason(error) {
    switch (error?.code) {
      case 4001: return "The wallet refused: nothing was signed.";
      case 4100: return "The wallet does not let this page ask. Unlock it, allow this page, and try again.";
      case 4900: case 4901: return "The wallet has no connection to its chain. Open it, choose a network, and try again.";
      case -32002: return "The wallet is waiting for your answer to an earlier question: open it, answer, and try again.";
    }
    if (error?.told) return error.message;
    if (error instanceof TypeError && !error.code) return "The server does not answer. Check your connection, and try again.";
    const text = String(error?.message ?? "").trim().slice(0, 200).replace(/\.$/, "");
    return text ? `The wallet answered: ${text}. Unlock it and try again, or choose another one.` : "The wallet did not answer. Open it, and try again.";
  }

  const told = (message) => Object.assign(new Error(message), { told: true });

  async function answered(response) {
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    throw told([body.error || `The server answered ${response.status}`, body.next || body.message || "Try again in a minute."].join(". "));
  }

  const hex = (text) => "0x" + Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function signIn(provider, current, step) {
    step("Waiting for the wallet: open it if it does not show itself …");
    const [address] = (await provider.request({ method: "eth_requestAccounts" })) ?? [];
    if (!address) throw told("The wallet shares no account. Make one or unlock it, and try again.");
    if (!current()) return;
    const { message } = await answered(await fetch(`${list.dataset.challenge}?address=${encodeURIComponent(address)}`));
    if (!current()) return;
    step("Waiting for your signature: open the wallet if it does not show itself …");
    const signature = await provider.request({ method: "personal_sign", params: [hex(message), address] });
    if (!current()) return;
    step("Signing in …");
    await answered(await fetch(list.dataset.session, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ address, message, signature }),
    }));
  }

  addEventListener("eip6963:announceProvider", ({ detail }) => {
    const { info, provider } = detail ?? {};
    if (!info?.uuid || typeof provider?.request !== "function" || known.has(info.uuid)) return;
    known.add(info.uuid);
    offer(String(info.name || "Wallet").slice(0, 80), info.icon, provider, String(info.rdns ?? ""));
  });

  // Wallets of before the standard, and slow ones.
  function look() {
    dispatchEvent(new Event("eip6963:requestProvider"));
    setTimeout(() => {
      if (known.size > 0) return;
      if (window.ethereum) {
        known.add("ethereum");
        offer("Browser wallet", "", window.ethereum, "");
      } else {
        looking.hidden = true;
        without.hidden = false;
      }
    }, 600);
  }
  document.getElementById("look").addEventListener("click", () => {
    looking.hidden = false;
    without.hidden = true;
    look();
  });
  look();
})();
