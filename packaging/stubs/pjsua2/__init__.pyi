# What the phone engine uses of pjsua2 2.15.1, and nothing else: widening the use means widening this first.
from typing import SupportsInt

PJSUA_INVALID_ID: int
PJSIP_SC_RINGING: int
PJSIP_SC_OK: int
PJSIP_SC_ACCEPTED: int
PJSIP_EVENT_RX_MSG: int
PJSIP_EVENT_TX_MSG: int
PJSIP_EVENT_TSX_STATE: int
PJSIP_ROLE_UAC: int
PJSIP_REDIRECT_ACCEPT: int
PJSIP_REDIRECT_STOP: int
PJSUA_DTMF_METHOD_SIP_INFO: int
PJSIP_TRANSPORT_UDP: int
PJSIP_TRANSPORT_TLS: int
PJ_QOS_PARAM_HAS_DSCP: int
PJ_SSL_SOCK_PROTO_TLS1_2: int
PJ_SSL_SOCK_PROTO_TLS1_3: int
PJMEDIA_SRTP_DISABLED: int
PJMEDIA_SRTP_KEYING_SDES: int
PJMEDIA_SRTP_OPTIONAL: int
PJMEDIA_SRTP_MANDATORY: int
PJSIP_TRANSPORT_TCP: int
PJMEDIA_TYPE_AUDIO: int
PJMEDIA_FORMAT_PCM: int
PJMEDIA_FRAME_TYPE_AUDIO: int
PJMEDIA_FILE_NO_LOOP: int
PJSUA_CALL_MEDIA_ACTIVE: int
PJSUA_CALL_MEDIA_LOCAL_HOLD: int
PJSUA_CALL_MEDIA_REMOTE_HOLD: int
PJSUA_CALL_UNHOLD: int
PJSUA_SIP_TIMER_OPTIONAL: int
PJSUA_DESTROY_NO_RX_MSG: int
PJ_O_APPEND: int

class Error(Exception):
    status: int
    title: str
    reason: str
    def info(self, multi_line: bool = False) -> str: ...

class Version:
    full: str

class UaConfig:
    threadCnt: int
    maxCalls: int
    userAgent: str

class MediaConfig:
    audioFramePtime: int
    clockRate: int
    noVad: bool
    sndAutoCloseTime: int

class LogConfig:
    level: int
    msgLogging: int
    consoleLevel: int
    filename: str
    fileFlags: int

class EpConfig:
    uaConfig: UaConfig
    medConfig: MediaConfig
    logConfig: LogConfig
    def __init__(self) -> None: ...

class SockOpt:
    level: int
    optName: int
    def __init__(self) -> None: ...
    def setOptValInt(self, opt_val: int) -> None: ...

class SockOptVector:
    def append(self, x: SockOpt) -> None: ...

class SockOptParams:
    sockOpts: SockOptVector

class QosParams:
    flags: int
    dscp_val: int

class TlsConfig:
    CaListFile: str
    verifyServer: bool
    proto: int
    msecTimeout: int
    qosParams: QosParams

class TransportConfig:
    port: int
    portRange: int
    boundAddress: str
    qosParams: QosParams
    tlsConfig: TlsConfig
    sockOptParams: SockOptParams
    def __init__(self) -> None: ...

class TransportInfo:
    localAddress: str
    localName: str

class CodecInfo:
    codecId: str
    priority: int

class AudDevManager:
    def setNullDev(self) -> None: ...

class SipRxData:
    this: SupportsInt
    def __init__(self) -> None: ...
    info: str
    wholeMsg: str
    srcAddress: str

class OnRejectedIncomingCallParam:
    localInfo: str
    remoteInfo: str
    statusCode: int
    reason: str
    rdata: SipRxData

class Endpoint:
    def __init__(self) -> None: ...
    def libVersion(self) -> Version: ...
    def libCreate(self) -> None: ...
    def libInit(self, prmEpConfig: EpConfig) -> None: ...
    def libStart(self) -> None: ...
    def libHandleEvents(self, msec_timeout: int) -> int: ...
    def libDestroy(self, prmFlags: int = 0) -> None: ...
    def transportCreate(self, type: int, cfg: TransportConfig) -> int: ...
    def transportGetInfo(self, id: int) -> TransportInfo: ...
    def audDevManager(self) -> AudDevManager: ...
    def codecEnum2(self) -> list[CodecInfo]: ...
    def codecSetPriority(self, codec_id: str, priority: int) -> None: ...
    def mediaActivePorts(self) -> int: ...
    def onRejectedIncomingCall(self, prm: OnRejectedIncomingCallParam) -> None: ...

class AuthCredInfo:
    def __init__(self, scheme: str, realm: str, user_name: str, data_type: int, data: str) -> None: ...

class AuthCredInfoVector:
    def append(self, x: AuthCredInfo) -> None: ...

class StringVector:
    def append(self, x: str) -> None: ...

class AccountRegConfig:
    registrarUri: str
    registerOnAdd: bool
    timeoutSec: int
    retryIntervalSec: int
    firstRetryIntervalSec: int
    randomRetryIntervalSec: int
    delayBeforeRefreshSec: int
    proxyUse: int

class AccountSipConfig:
    authCreds: AuthCredInfoVector
    proxies: StringVector
    contactForced: str

class AccountCallConfig:
    timerUse: int
    timerSessExpiresSec: int
    timerMinSESec: int

class SrtpOpt:
    keyings: list[int]

class AccountMediaConfig:
    transportConfig: TransportConfig
    srtpOpt: SrtpOpt
    srtpUse: int
    srtpSecureSignaling: int

class AccountConfig:
    idUri: str
    regConfig: AccountRegConfig
    sipConfig: AccountSipConfig
    callConfig: AccountCallConfig
    mediaConfig: AccountMediaConfig
    def __init__(self) -> None: ...

class OnIncomingCallParam:
    callId: int
    rdata: SipRxData

class OnCallRedirectedParam:
    targetUri: str

class SdpSession:
    wholeSdp: str

class OnCallSdpCreatedParam:
    sdp: SdpSession
    remSdp: SdpSession

class OnIncomingSubscribeParam:
    code: int

class OnRegStateParam:
    rdata: SipRxData
    status: int
    code: int
    reason: str
    expiration: int

class SipTransaction:
    role: int
    statusCode: int
    method: str

class TsxStateEventSrc:
    rdata: SipRxData

class TsxStateEvent:
    tsx: SipTransaction
    type: int
    src: TsxStateEventSrc

class SipEventBody:
    tsxState: TsxStateEvent

class SipEvent:
    type: int
    body: SipEventBody

class OnSendRequestParam:
    e: SipEvent

class SendRequestParam:
    method: str
    txOption: SipTxOption
    def __init__(self) -> None: ...

class AccountInfo:
    regIsActive: bool

class Account:
    def __init__(self) -> None: ...
    def getInfo(self) -> AccountInfo: ...
    def setRegistration(self, renew: bool) -> None: ...
    def create(self, cfg: AccountConfig, make_default: bool = False) -> None: ...
    def shutdown(self) -> None: ...
    def onIncomingCall(self, prm: OnIncomingCallParam) -> None: ...
    def onRegState(self, prm: OnRegStateParam) -> None: ...
    def onSendRequest(self, prm: OnSendRequestParam) -> None: ...
    def sendRequest(self, prm: SendRequestParam) -> None: ...

class CallMediaInfo:
    index: int
    type: int
    dir: int
    status: int

class CallInfo:
    state: int
    lastStatusCode: int
    lastReason: str
    callIdString: str
    media: list[CallMediaInfo]

class SipHeader:
    hName: str
    hValue: str
    def __init__(self) -> None: ...

class SipHeaderVector:
    def append(self, x: SipHeader) -> None: ...

class SipTxOption:
    targetUri: str
    headers: SipHeaderVector

class CallSetting:
    flag: int

class CallOpParam:
    opt: CallSetting
    statusCode: int
    reason: str
    txOption: SipTxOption
    def __init__(self, useDefaultCallSetting: bool = False) -> None: ...

class OnCallStateParam:
    e: SipEvent

class OnCallMediaStateParam: ...

class OnDtmfDigitParam:
    digit: str

class OnCallTsxStateParam:
    e: SipEvent

class OnCallTransferRequestParam:
    dstUri: str
    statusCode: int
    newCall: Call

class OnCallTransferStatusParam:
    statusCode: int
    reason: str
    finalNotify: bool

class OnCallReplaceRequestParam:
    rdata: SipRxData
    statusCode: int
    newCall: Call

class CallSendDtmfParam:
    method: int
    duration: int
    digits: str
    def __init__(self) -> None: ...

class MathStat:
    n: int
    max: int
    mean: int

class RtcpStreamStat:
    pkt: int
    discard: int
    loss: int
    updateCount: int
    jitterUsec: MathStat

class RtcpStat:
    txStat: RtcpStreamStat
    rxStat: RtcpStreamStat
    rttUsec: MathStat

class JbufState:
    avgDelayMsec: int

class StreamStat:
    rtcp: RtcpStat
    jbuf: JbufState

class StreamInfo:
    codecName: str

class Call:
    def __init__(self, acc: Account, call_id: int = ...) -> None: ...
    def getInfo(self) -> CallInfo: ...
    def isActive(self) -> bool: ...
    def dump(self, with_media: bool, indent: str) -> str: ...
    def getAudioMedia(self, med_idx: int) -> AudioMedia: ...
    def getStreamInfo(self, med_idx: int) -> StreamInfo: ...
    def getStreamStat(self, med_idx: int) -> StreamStat: ...
    def makeCall(self, dst_uri: str, prm: CallOpParam) -> None: ...
    def answer(self, prm: CallOpParam) -> None: ...
    def hangup(self, prm: CallOpParam) -> None: ...
    def setHold(self, prm: CallOpParam) -> None: ...
    def reinvite(self, prm: CallOpParam) -> None: ...
    def dialDtmf(self, digits: str) -> None: ...
    def sendDtmf(self, param: CallSendDtmfParam) -> None: ...
    def xfer(self, dest: str, prm: CallOpParam) -> None: ...
    def xferReplaces(self, dest_call: Call, prm: CallOpParam) -> None: ...
    def getId(self) -> int: ...
    def onCallState(self, prm: OnCallStateParam) -> None: ...
    def onCallMediaState(self, prm: OnCallMediaStateParam) -> None: ...
    def onDtmfDigit(self, prm: OnDtmfDigitParam) -> None: ...
    def onCallTsxState(self, prm: OnCallTsxStateParam) -> None: ...
    def onCallTransferRequest(self, prm: OnCallTransferRequestParam) -> None: ...
    def onCallTransferStatus(self, prm: OnCallTransferStatusParam) -> None: ...
    def onCallReplaceRequest(self, prm: OnCallReplaceRequestParam) -> None: ...

class AudioMedia:
    def __init__(self) -> None: ...
    def startTransmit(self, sink: AudioMedia) -> None: ...
    def stopTransmit(self, sink: AudioMedia) -> None: ...
    def getRxLevel(self) -> int: ...
    def getTxLevel(self) -> int: ...

class ToneDesc:
    freq1: int
    freq2: int
    on_msec: int
    off_msec: int
    volume: int
    flags: int
    def __init__(self) -> None: ...

class ToneDescVector:
    def __init__(self) -> None: ...
    def append(self, x: ToneDesc) -> None: ...

class ToneGenerator(AudioMedia):
    def createToneGenerator(self, clock_rate: int = 16000, channel_count: int = 1) -> None: ...
    def play(self, tones: ToneDescVector, loop: bool = False) -> None: ...
    def stop(self) -> None: ...

class AudioMediaPlayer(AudioMedia):
    def createPlayer(self, file_name: str, options: int = 0) -> None: ...
    def setPos(self, samples: int) -> None: ...

class AudioMediaRecorder(AudioMedia):
    def createRecorder(
        self, file_name: str, enc_type: int = 0, max_size: int = 0, options: int = 0
    ) -> None: ...

class MediaFormatAudio:
    def __init__(self) -> None: ...
    def init(
        self,
        formatId: int,
        clockRate: int,
        channelCount: int,
        frameTimeUsec: int,
        bitsPerSample: int,
        avgBps: int = 0,
        maxBps: int = 0,
    ) -> None: ...

class ByteVector:
    def __init__(self, data: bytes) -> None: ...
    def __bytes__(self) -> bytes: ...

class MediaFrame:
    type: int
    buf: ByteVector
    size: int

class AudioMediaPort(AudioMedia):
    def createPort(self, name: str, fmt: MediaFormatAudio) -> None: ...
    def onFrameRequested(self, frame: MediaFrame) -> None: ...
    def onFrameReceived(self, frame: MediaFrame) -> None: ...

PJSUA_BUDDY_STATUS_UNKNOWN: int
PJSUA_BUDDY_STATUS_OFFLINE: int
PJRPID_ACTIVITY_BUSY: int

class BuddyConfig:
    uri: str
    subscribe: bool
    def __init__(self) -> None: ...

class PresenceStatus:
    status: int
    statusText: str
    activity: int
    note: str

class BuddyInfo:
    subState: int
    subTermReason: str
    presStatus: PresenceStatus

class Buddy:
    def __init__(self) -> None: ...
    def create(self, acc: Account, cfg: BuddyConfig) -> None: ...
    def getInfo(self) -> BuddyInfo: ...
    def onBuddyState(self) -> None: ...
