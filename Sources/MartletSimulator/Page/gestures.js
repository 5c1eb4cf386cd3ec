// What fingers do.

/** A swipe to the left over a message of `list` hands its unit to `work`, as thumbs expect. */
export function onSwipe(list, unitAt, work) {
  let start;
  list.addEventListener('touchstart', event => {
    const line = event.target.closest('.message');
    start = line && event.touches.length === 1 && !event.target.closest('pre, .table, .frames')
      ? { x: event.touches[0].clientX, y: event.touches[0].clientY, line, isOn: false } : undefined;
  }, { passive: true });
  list.addEventListener('touchmove', event => {
    if (!start) return;
    const x = event.touches[0].clientX - start.x;
    const y = event.touches[0].clientY - start.y;
    if (!start.isOn && Math.abs(y) > 12) { start = undefined; return; }
    if (x < -12) start.isOn = true;
    start.line.classList.toggle('swiping', start.isOn);
    if (start.isOn) start.line.style.setProperty('--swipe', Math.max(-72, Math.min(0, x)) + 'px');
    start.distance = x;
  }, { passive: true });
  const end = event => {
    if (!start) return;
    start.line.classList.remove('swiping');
    start.line.style.removeProperty('--swipe');
    const unit = unitAt({ target: start.line });
    if (event.type === 'touchend' && start.isOn && start.distance < -56 && unit) work(unit);
    start = undefined;
  };
  list.addEventListener('touchend', end);
  list.addEventListener('touchcancel', end);
}
