/** The data plane's process: settings, wiring, start and stop. */
package dev.cofre.dataplane.server;
