// A rich text editor shows what its textarea was filled with from outside: a draft, or what stood there before. "pim:insert"
// puts words where the cursor stands.
(() => {
    const editors = new WeakMap();
    document.addEventListener("prose-editor:ready", (event) => editors.set(event.detail.textarea, event.detail.editor));
    document.addEventListener("pim:restored", (event) => editors.get(event.target)?.commands.setContent(event.target.value));
    document.addEventListener("pim:insert", (event) => editors.get(event.target)?.chain().focus().insertContent({ type: "text", text: event.detail }).run());
})();
