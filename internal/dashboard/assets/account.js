// Tells somebody who has signed in when the wallet has moved to another account:
// the page still shows the one that has signed.
"use strict";

(() => {
  const here = document.documentElement.dataset.account;
  const notice = document.getElementById("moved");
  let rdns = null;
  try { rdns = localStorage.getItem("stakegate.wallet"); } catch { /* private modes keep nothing */ }
  if (rdns === null) return; // signed in without a wallet of this browser

  const short = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;

  // A wallet that is locked, or shares nothing, says nothing about accounts.
  function compare(accounts) {
    const there = accounts?.[0];
    const moved = /^0x[0-9a-f]{40}$/i.test(there ?? "") && there.toLowerCase() !== here.toLowerCase();
    notice.hidden = !moved;
    if (moved) notice.querySelector("span").textContent = `Your wallet is at ${short(there)} now; this page is ${short(here)}'s.`;
  }

  function watch(provider) {
    if (typeof provider?.request !== "function") return;
    provider.on?.("accountsChanged", compare);
    provider.request({ method: "eth_accounts" }).then(compare, () => {}); // asks nobody
  }

  if (rdns === "") watch(window.ethereum);
  addEventListener("eip6963:announceProvider", ({ detail }) => {
    if (rdns !== "" && detail?.info?.rdns === rdns) watch(detail.provider);
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
})();
