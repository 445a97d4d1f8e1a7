// The part of a picture that a preset shows: the frame and the four numbers are the same thing, in pixels of the picture.
(() => {
    const work = document.querySelector("[data-crop]");
    if (!work) return;
    const part = (name) => work.querySelector(`[data-crop-${name}]`);
    const [picture, stage, frame, canvas] = ["picture", "stage", "frame", "preview"].map(part);
    const fields = Object.fromEntries([...work.querySelectorAll("[data-crop-field]")].map((field) => [field.dataset.cropField, field]));
    const whole = { width: Number(work.dataset.width), height: Number(work.dataset.height) };
    const preset = { width: Number(work.dataset.presetWidth), height: Number(work.dataset.presetHeight) };
    const fit = work.dataset.fit;
    const ratio = fit === "crop" ? preset.width / preset.height : 0;
    const LEAST = 8;

    const between = (value, least, most) => Math.min(Math.max(value, least), Math.max(least, most));
    const box = () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Math.round(Number(field.value) || 0)]));

    // Within the picture and in the preset's shape. `by`: the side that was changed and decides.
    const fitted = ({ left, top, width, height }, by = "width") => {
        width = between(width, LEAST, whole.width);
        height = between(height, LEAST, whole.height);
        if (ratio) {
            if (by === "height") width = height * ratio;
            height = width / ratio;
            const over = Math.max(width / whole.width, height / whole.height, 1);
            width /= over;
            height /= over;
        }
        width = Math.floor(width + 0.001);
        height = Math.floor(height + 0.001);
        return { width, height, left: between(Math.round(left), 0, whole.width - width), top: between(Math.round(top), 0, whole.height - height) };
    };

    const draw = () => {
        const { left, top, width, height } = box();
        const scale = picture.clientWidth / whole.width;
        if (!scale || !width || !height) return;
        frame.hidden = false;
        Object.assign(frame.style, { left: `${left * scale}px`, top: `${top * scale}px`, width: `${width * scale}px`, height: `${height * scale}px` });
        const shrunk = Math.min(1, preset.width / width, preset.height / height);
        const inner = { width: Math.max(1, Math.round(width * shrunk)), height: Math.max(1, Math.round(height * shrunk)) };
        const out = fit === "pad" ? preset : inner;
        const shown = Math.min(1, 280 / out.width, 220 / out.height);
        canvas.hidden = false;
        canvas.width = Math.max(1, Math.round(out.width * shown));
        canvas.height = Math.max(1, Math.round(out.height * shown));
        const pen = canvas.getContext("2d");
        if (fit === "pad") {
            pen.fillStyle = work.dataset.background || "#ffffff";
            pen.fillRect(0, 0, canvas.width, canvas.height);
        }
        const natural = picture.naturalWidth / whole.width;
        const [across, down] = [inner.width * shown, inner.height * shown];
        pen.drawImage(picture, left * natural, top * natural, width * natural, height * natural, (canvas.width - across) / 2, (canvas.height - down) / 2, across, down);
        const says = work.dataset.says.replace("%(width)s", out.width).replace("%(height)s", out.height);
        part("says").textContent = width < preset.width && height < preset.height ? `${says} ${work.dataset.small}` : says;
    };

    const put = (wanted, by) => {
        for (const [name, value] of Object.entries(fitted(wanted, by))) fields[name].value = value;
        draw();
    };

    for (const [name, field] of Object.entries(fields)) {
        field.addEventListener("input", draw);
        field.addEventListener("change", () => put(box(), name));
    }

    frame.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: ["left", -1], ArrowRight: ["left", 1], ArrowUp: ["top", -1], ArrowDown: ["top", 1] }[event.key];
        if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        const now = box();
        put({ ...now, [step[0]]: now[step[0]] + step[1] * (event.shiftKey ? 10 : 1) });
    });

    // A corner is drawn away from the one across; anything else within the frame moves it; beside it a new one begins.
    stage.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        const bounds = picture.getBoundingClientRect();
        const at = (moved) => ({
            x: between((moved.clientX - bounds.left) * whole.width / bounds.width, 0, whole.width),
            y: between((moved.clientY - bounds.top) * whole.height / bounds.height, 0, whole.height),
        });
        const [start, before] = [at(event), box()];
        const corner = event.target.closest("[data-crop-corner]")?.dataset.cropCorner;
        const moves = !corner && frame.contains(event.target);
        const anchor = corner
            ? { x: corner.endsWith("w") ? before.left + before.width : before.left, y: corner.startsWith("n") ? before.top + before.height : before.top }
            : start;
        const grabbed = corner && {
            x: corner.endsWith("w") ? before.left : before.left + before.width,
            y: corner.startsWith("n") ? before.top : before.top + before.height,
        };
        const drag = (moved) => {
            const now = at(moved);
            if (grabbed) {
                now.x = between(now.x + grabbed.x - start.x, 0, whole.width);
                now.y = between(now.y + grabbed.y - start.y, 0, whole.height);
            }
            if (moves) return put({ ...before, left: before.left + now.x - start.x, top: before.top + now.y - start.y });
            let [width, height] = [Math.abs(now.x - anchor.x), Math.abs(now.y - anchor.y)];
            const room = { x: now.x < anchor.x ? anchor.x : whole.width - anchor.x, y: now.y < anchor.y ? anchor.y : whole.height - anchor.y };
            if (ratio) {
                width = Math.min(Math.max(width, height * ratio), room.x, room.y * ratio);
                height = width / ratio;
            }
            if (width < LEAST || height < LEAST) return;
            put({ left: now.x < anchor.x ? anchor.x - width : anchor.x, top: now.y < anchor.y ? anchor.y - height : anchor.y, width, height });
        };
        event.preventDefault();
        if (moves || corner) frame.focus();
        stage.setPointerCapture(event.pointerId);
        stage.addEventListener("pointermove", drag);
        const end = () => {
            stage.removeEventListener("pointermove", drag);
            stage.removeEventListener("pointerup", end);
            stage.removeEventListener("pointercancel", end);
        };
        stage.addEventListener("pointerup", end);
        stage.addEventListener("pointercancel", end);
    });

    new ResizeObserver(draw).observe(picture);
    picture.addEventListener("load", draw);
    if (picture.complete) draw();
})();
