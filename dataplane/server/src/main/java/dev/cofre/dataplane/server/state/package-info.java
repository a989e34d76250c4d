/** What all listeners of a node share: bounds on memory, figures, whether it drains. */
package dev.cofre.dataplane.server.state;
