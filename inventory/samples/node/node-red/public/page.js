"use strict";
const socket = new WebSocket(`wss://${location.host}/live`);
socket.onopen = () => socket.send("a flow hears");
socket.onmessage = (event) => (document.getElementById("said").textContent = event.data);
