/* The limits of Operator 112's own build of pjproject; build.sh writes them beside the library, for the engine to count. */
#define PJSUA_MAX_CALLS 32
#define PJSUA_MAX_ACC 32
#define PJSUA_MAX_PLAYERS 64
#define PJSUA_MAX_RECORDERS 128
#define PJSUA_MAX_BUDDIES 256
#define PJSUA_MAX_CONF_PORTS 512
#define PJ_IOQUEUE_MAX_HANDLES 1024
#define FD_SETSIZE 1024
/* A place, subscriber data and a call's history pass 4,000 bytes; over TCP what is longer than this is refused. */
#define PJSIP_MAX_PKT_LEN 65535
#define PJSIP_MAX_TSX_COUNT 4095
#define PJSIP_MAX_DIALOG_COUNT 2047
#define PJMEDIA_HAS_VIDEO 0
#define PJ_ENABLE_EXTRA_CHECK 1
/* The engine answers 180 at once: a 100 just before it would only delay it. */
#define PJSUA_DISABLE_AUTO_SEND_100 1
