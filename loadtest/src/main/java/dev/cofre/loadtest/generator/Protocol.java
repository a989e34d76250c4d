package dev.cofre.loadtest.generator;

/** How requests and answers look on the wire. Thread-safe. */
public interface Protocol {
  /** What it is called in reports. */
  String name();

  /** How many requests may be open at once on one connection. */
  int openMax();

  /** The two directions of a new connection. */
  Dialogue open();
}
