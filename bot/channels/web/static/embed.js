/*
 * For a school's own page: <script src="https://…/embed.js" data-school="lincoln" defer></script>
 * A plain link to the chat that is on the page already opens it in a panel; if there is none, a button is put here.
 * Nothing is styled by text, so that it works under a strict policy that allows our address in script-src and frame-src.
 * The server puts one line before this file: it sets data-config, JSON with the words of each language and the exit page.
 */
(() => {
  "use strict";

  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const school = script.dataset.school || "";
  const config = JSON.parse(script.dataset.config);
  const wanted = (script.dataset.lang || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const lang = config.words[wanted] ? wanted : "en";
  const words = config.words[lang];
  const path = `/s/${encodeURIComponent(school)}`;
  const address = `${home}${path}?lang=${lang}`;
  // An older browser follows the link instead.
  const canOpenPanel = "adoptedStyleSheets" in document && typeof HTMLDialogElement === "function";
  const styles = `
    :host { all: initial; }
    * { box-sizing: border-box; font: 600 16px/1.3 system-ui, sans-serif; }
    .open { display: inline-flex; align-items: center; min-height: 44px; padding: 8px 18px; border-radius: 22px;
      background: #17566a; color: #fff; text-decoration: none; }
    .open:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid #17566a; outline-offset: 2px; }
    dialog { position: fixed; inset: auto 16px 16px auto; flex-direction: column; width: min(27rem, calc(100vw - 32px));
      height: min(46rem, calc(100dvh - 32px)); max-width: none; max-height: none; margin: 0; padding: 0; overflow: hidden;
      border: 1px solid #7d8894; border-radius: 16px; background: #fff; box-shadow: 0 12px 48px rgb(20 30 40 / 30%); }
    dialog[open] { display: flex; }
    dialog::backdrop { background: rgb(20 30 40 / 35%); }
    .top { display: flex; justify-content: space-between; align-items: center; padding: 4px 8px 4px 16px; }
    .top a, button { display: inline-flex; align-items: center; min-height: 44px; color: #17566a; }
    button { padding: 0 12px; border: 0; border-radius: 8px; background: none; cursor: pointer; }
    iframe { flex: 1; width: 100%; border: 0; }
    @media (prefers-color-scheme: dark) {
      dialog { background: #1a2128; }
      .open { background: #98d2e2; color: #0c1a20; }
      .top a, button { color: #98d2e2; }
      .open:focus-visible, button:focus-visible, a:focus-visible { outline-color: #98d2e2; } }
    @media (max-width: 480px) { dialog { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
    @media (forced-colors: active) { .open { border: 1px solid; } }`;

  const styledRoot = (place) => {
    const shadow = place.attachShadow({ mode: "open" });
    if (canOpenPanel) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      shadow.adoptedStyleSheets = [sheet];
    }
    return shadow;
  };
  const element = (name, fields, ...inside) => {
    const made = Object.assign(document.createElement(name), fields);
    made.append(...inside);
    return made;
  };

  let panel = null;
  const close = () => {
    panel?.remove(); // and with the frame goes what was written in it
    panel = null;
  };
  const open = () => {
    close();
    panel = document.body.appendChild(document.createElement("div"));
    const frame = element("iframe", { src: address, title: words.title, allow: "clipboard-write", referrerPolicy: "no-referrer" });
    const top = element("div", { className: "top", lang });
    top.append(
      element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words.tab),
      element("button", { type: "button", onclick: close }, words.close),
    );
    const dialog = element("dialog", { onclose: close, ariaLabel: words.title }, top, frame);
    dialog.addEventListener("keyup", onKeyUp, true);
    styledRoot(panel).append(dialog);
    dialog.showModal();
    panel.frame = frame;
  };
  const leave = () => {
    document.documentElement.replaceChildren(); // blank at once, however slow the next page is
    window.location.replace(config.exit);
  };
  // Shift three times also where the focus is on the panel's own buttons, not in the frame.
  let count = 0;
  let timer = 0;
  const onKeyUp = (event) => {
    window.clearTimeout(timer);
    count = event.key === "Shift" ? count + 1 : 0;
    if (count >= 3) leave();
    timer = window.setTimeout(() => (count = 0), 5000);
  };
  const onLinkClick = (event) => {
    if (!canOpenPanel || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  };

  // The frame's own exit: the page around it goes too.
  window.addEventListener("message", (event) => {
    if (event.origin !== home || !panel || event.source !== panel.frame.contentWindow || event.data !== "leave") return;
    leave();
  });

  const start = () => {
    const links = [...document.links].filter((link) => link.origin === home && link.pathname === path);
    for (const link of links) link.addEventListener("click", onLinkClick);
    if (links.length) return;
    const place = document.createElement("div");
    if (script.parentNode === document.head) document.body.append(place);
    else script.after(place);
    styledRoot(place).append(element("a", { className: "open", href: address, lang, onclick: onLinkClick }, words.open));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
