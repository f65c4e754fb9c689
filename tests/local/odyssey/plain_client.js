// An Odyssey client in plain browser WebRTC, from the protocol page alone: it uses no library and none of our code.
'use strict';

const state = window.state = {messages: [], signals: [], spectators: []};

async function rest(base, method, path, body, token) {
  const response = await fetch(base + path, {
    method,
    headers: {'Content-Type': 'application/json', ...(token ? {Authorization: `Bearer ${token}`} : {})},
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function show(stream, id) {
  const video = document.createElement('video');
  Object.assign(video, {id, muted: true, autoplay: true, srcObject: stream});
  document.body.append(video);
  video.play();
  return video;
}

// Connects, and resolves when the video track has arrived and `clientToStreamer` is open.
window.connect = async function (base, apiKey, {withoutH264 = false} = {}) {
  const {access_token: token} = await rest(base, 'POST', '/auth/token', {api_key: apiKey});
  const session = await rest(base, 'POST', '/sessions/request', {}, token);
  const {session_token: sessionToken} =
    await rest(base, 'POST', '/sessions/token', {session_id: session.session_id}, token);
  const signalling = session.signalling_url;
  const {iceServers} = await (await fetch(signalling.replace(/^ws/, 'http') + '/config')).json();

  const pc = state.pc = new RTCPeerConnection({iceServers});
  const url = `${signalling.replace(/^http/, 'ws')}/client/${session.session_id}?token=${sessionToken}`;
  const socket = state.socket = new WebSocket(url);
  const track = new Promise(resolve => pc.ontrack = event => {
    show(event.streams[0] ?? new MediaStream([event.track]), 'interactive');
    resolve();
  });
  const channel = new Promise(resolve => pc.ondatachannel = ({channel}) => {
    if (channel.label === 'clientToStreamer') {
      state.channel = channel;
      channel.readyState === 'open' ? resolve() : channel.onopen = resolve;
    } else {
      channel.onmessage = event => state.messages.push(JSON.parse(event.data));
    }
  });
  pc.onicecandidate = ({candidate}) => {
    if (candidate) {
      const {sdpMid, sdpMLineIndex} = candidate;
      socket.send(JSON.stringify({type: 'ice_candidate', candidate: candidate.candidate, sdpMid, sdpMLineIndex}));
    }
  };
  socket.onmessage = async event => {
    const message = JSON.parse(event.data);
    state.signals.push(message);
    if (message.type === 'offer') {
      await pc.setRemoteDescription({type: 'offer', sdp: message.sdp});
      if (withoutH264) {
        const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
        pc.getTransceivers()[0].setCodecPreferences(codecs.filter(codec => codec.mimeType !== 'video/H264'));
      }
      await pc.setLocalDescription();
      socket.send(JSON.stringify({type: 'answer', sdp: pc.localDescription.sdp}));
    } else if (message.type === 'ice_candidate') {
      await pc.addIceCandidate(message);
    }
  };
  await Promise.all([track, channel]);
};

window.send = message => state.channel.send(JSON.stringify(message));

// Joins a broadcast by WHEP; resolves with the session's URL.
window.spectate = async function (webrtcUrl, token) {
  const {iceServers} = await (await fetch(new URL('/config', webrtcUrl))).json();
  const pc = new RTCPeerConnection({iceServers});
  state.spectators.push(pc);
  pc.addTransceiver('video', {direction: 'recvonly'});
  pc.addTransceiver('audio', {direction: 'recvonly'});
  pc.ontrack = ({track}) => track.kind === 'video' && show(new MediaStream([track]), 'spectator');
  await pc.setLocalDescription();
  await new Promise(resolve => {
    const check = () => pc.iceGatheringState === 'complete' && resolve();
    pc.onicegatheringstatechange = check;
    check();
  });
  const response = await fetch(`${webrtcUrl}/whep?token=${token}`, {
    method: 'POST',
    headers: {'Content-Type': 'application/sdp'},
    body: pc.localDescription.sdp,
  });
  if (response.status !== 201) throw new Error(`WHEP: ${response.status}`);
  await pc.setRemoteDescription({type: 'answer', sdp: await response.text()});
  return response.headers.get('Location');
};

// What a video shows: its size, how many frames it has shown, and the mean colour of each quarter of the picture.
window.look = function (id) {
  const video = document.getElementById(id);
  if (!video || !video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 2;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 2, 2);
  return {
    width: video.videoWidth,
    height: video.videoHeight,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    time: video.currentTime,
    colours: [...context.getImageData(0, 0, 2, 2).data],
  };
};

window.play = function (url) {
  const video = document.createElement('video');
  Object.assign(video, {id: 'recording', muted: true, crossOrigin: 'anonymous', src: url});
  document.body.append(video);
  return video.play();
};

// Plays what an HLS playlist lists now, by Media Source Extensions: a player in a dozen lines.
window.playHls = async function (playlistUrl) {
  const lines = (await (await fetch(playlistUrl)).text()).trim().split('\n');
  const init = lines.find(line => line.startsWith('#EXT-X-MAP')).match(/URI="(.*)"/)[1];
  const source = new MediaSource();
  const video = document.createElement('video');
  Object.assign(video, {id: 'hls', muted: true, src: URL.createObjectURL(source)});
  document.body.append(video);
  await new Promise(resolve => source.onsourceopen = resolve);
  const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.42c01f"');
  for (const part of [init, ...lines.filter(line => !line.startsWith('#'))]) {
    const data = await (await fetch(new URL(part, playlistUrl))).arrayBuffer();
    await new Promise(resolve => { buffer.onupdateend = resolve; buffer.appendBuffer(data); });
  }
  video.currentTime = buffer.buffered.start(0);
  await video.play();
};
