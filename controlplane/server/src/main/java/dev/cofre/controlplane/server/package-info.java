/** The control plane's process: settings, assembly, health. */
package dev.cofre.controlplane.server;
