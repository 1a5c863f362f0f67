/* Where this library keeps what the program reads and writes in it, told by the compiler that laid it out.
   build.sh links it in; operator_app/telephony/engine/memory.py reads it. */
#include <pjsua-lib/pjsua.h>
#include <stddef.h>

struct operator112_place {
    const char *name;
    size_t at;
};

/* Ends with a place without a name. */
const struct operator112_place operator112_memory[] = {
    {"message_transport", offsetof(pjsip_rx_data, tp_info.transport)},
    {"packet", offsetof(pjsip_rx_data, pkt_info.packet)},
    {"source", offsetof(pjsip_rx_data, pkt_info.src_addr)},
    {"message", offsetof(pjsip_rx_data, msg_info.msg_buf)},
    {"message_length", offsetof(pjsip_rx_data, msg_info.len)},
    {"packet_size", PJSIP_MAX_PKT_LEN},
    {"transport_type", offsetof(pjsip_transport, key.type)},
    {"peer", offsetof(pjsip_transport, key.rem_addr)},
    {"here", offsetof(pjsip_transport, local_addr)},
    {"scanner_end", offsetof(pj_scanner, end)},
    {"scanner_at", offsetof(pj_scanner, curptr)},
    {"scanner_skips", offsetof(pj_scanner, skip_ws)},
    {"uri_scheme", offsetof(pjsip_other_uri, scheme)},
    {"uri_content", offsetof(pjsip_other_uri, content)},
    {"received_size", sizeof(pjsip_tp_rx_data)},
    {"dropped_size", sizeof(pjsip_tp_dropped_data)},
    {"selector_size", sizeof(pjsip_tpselector)},
    {NULL, 0},
};
