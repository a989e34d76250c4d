/** What an HTTP answer may look like. */
package dev.cofre.loadtest.http;
