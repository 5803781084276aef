// Connects a browser wallet (EIP-6963, EIP-1193) and signs in with it (EIP-4361).
"use strict";

(() => {
  const list = document.getElementById("wallets");
  const none = document.getElementById("nowallet");
  const says = document.getElementById("signin-says");
  const known = new Set();

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

  function offer(name, icon, provider) {
    none.hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wallet";
    const text = document.createElement("span");
    const title = document.createElement("strong");
    title.textContent = name;
    const hint = document.createElement("small");
    hint.textContent = "Sign in with this wallet";
    text.append(title, hint);
    button.append(iconOf(icon), text);
    button.addEventListener("click", async () => {
      button.disabled = true;
      tell("");
      try {
        await signIn(provider, (step) => { hint.textContent = step; });
        location.assign(list.dataset.home);
      } catch (error) {
        tell(reason(error));
        hint.textContent = "Sign in with this wallet";
        button.disabled = false;
      }
    });
    list.append(button);
  }

  // 4001 is EIP-1193's code for a person's "no", -32002 says that the wallet
  // shows an earlier question still.
  function reason(error) {
    if (error?.code === 4001) return "The wallet refused: nothing was signed.";
    if (error?.code === -32002) return "The wallet is waiting for an answer: open it.";
    return error?.message || "The wallet did not answer.";
  }

  async function answered(response) {
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    throw new Error([body.error || `The server answered ${response.status}`, body.next || body.message].filter(Boolean).join(". "));
  }

  const hex = (text) => "0x" + Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function signIn(provider, step) {
    step("Waiting for the wallet's address …");
    const [address] = await provider.request({ method: "eth_requestAccounts" });
    if (!address) throw new Error("The wallet has no account.");
    const { message } = await answered(await fetch(`${list.dataset.challenge}?address=${encodeURIComponent(address)}`));
    step("Waiting for your signature …");
    const signature = await provider.request({ method: "personal_sign", params: [hex(message), address] });
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
    offer(String(info.name ?? "Wallet"), info.icon, provider);
  });
  dispatchEvent(new Event("eip6963:requestProvider"));

  // Wallets of before the standard, and slow ones.
  setTimeout(() => {
    if (known.size > 0) return;
    if (window.ethereum) offer("Browser wallet", "", window.ethereum);
    else none.textContent = "No wallet was found in this browser. Install one, or open this page in your wallet's own browser, and load it again.";
  }, 600);
})();
