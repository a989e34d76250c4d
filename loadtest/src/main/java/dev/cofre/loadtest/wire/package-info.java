/**
 * A closed loop over plain connections and TLS, in HTTP/1.1 and gRPC, lean enough that the server
 * is what is measured.
 */
package dev.cofre.loadtest.wire;
