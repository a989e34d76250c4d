package dev.cofre.loadtest.generator;

import javax.net.ssl.SSLEngine;

/** How requests and answers look on the wire. Thread-safe. */
public interface Protocol {
  /** What it is called in reports. */
  String name();

  /** How many requests may be open at once on one connection. */
  int openMax();

  /** The TLS of a new connection; null for none. */
  default SSLEngine tls() {
    return null;
  }

  /** The two directions of a new connection. */
  Dialogue open();
}
