// A wallet as browsers' extensions have it: it announces itself by EIP-6963 and
// answers by EIP-1193. The test signs.
(() => {
  const listeners = [];
  const provider = {
    on(event, listener) {
      if (event === "accountsChanged") listeners.push(listener);
    },
    async request({ method, params }) {
      if (window.testSilent) await new Promise(() => {});
      switch (method) {
        case "eth_requestAccounts":
        case "eth_accounts":
          return [testAddress];
        case "personal_sign":
          if (window.testRefuses) throw Object.assign(new Error("User rejected the request."), { code: 4001 });
          if (params[1] !== testAddress) throw new Error("not this wallet's address");
          return testWalletSigns(params[0]);
      }
      throw Object.assign(new Error(`no method ${method}`), { code: 4200 });
    },
  };
  const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' rx='2' fill='%23e2761b'/%3E%3C/svg%3E";
  const info = Object.freeze({ uuid: "350670db-19fa-4704-a166-e52e178b59d2", name: "Test <b>Wallet</b>", icon, rdns: "org.example.test" });
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  if (!sessionStorage.getItem("testNoWallet")) {
    addEventListener("eip6963:requestProvider", announce);
    announce();
  }
  window.testMoves = (address) => listeners.forEach((listener) => listener([address]));
  addEventListener("securitypolicyviolation", (event) => {
    testReports(`the policy was violated: ${event.violatedDirective} by ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
  });
})();
