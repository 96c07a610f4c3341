// SPDX-License-Identifier: Apache-2.0
// look.js TRACE SCREENSHOT: somebody looks at a trace in the viewer of mockotlpserver: opens its list, goes to the trace, and
// prints what stands in the drawing, a line for each text.
"use strict";
const puppeteer = require("puppeteer-core");
const [trace, screenshot] = process.argv.slice(2);

async function look(browser) {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(`in the page: ${error.message}`));
    // The drawing is made of pixels as a rule, which nobody can compare with anything.
    await page.evaluateOnNewDocument(() => {
        let embed;
        Object.defineProperty(window, "vegaEmbed", {
            configurable: true,
            get: () => embed && ((place, drawing) => embed(place, drawing, { renderer: "svg", actions: false })),
            set: (given) => { embed = given; },
        });
    });
    await page.setViewport({ width: 1200, height: 600 });
    await page.goto("http://127.0.0.1:8080/");
    const link = `a[href="/trace-details.html?traceId=${trace}"]`;
    await page.waitForSelector(link, { timeout: 20000 });
    await Promise.all([page.waitForNavigation(), page.click(link)]);
    await page.waitForSelector("#vega svg .mark-text text", { timeout: 20000 });
    const texts = await page.$$eval("#vega svg .mark-text text", (all) => all.map((one) => one.textContent));
    await page.screenshot({ path: screenshot });
    texts.filter((text) => text.startsWith("(")).forEach((text) => console.log(text));
}

(async () => {
    const browser = await puppeteer.launch({
        executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"],
    });
    try {
        await look(browser);
    } finally {
        await browser.close();
    }
})().catch((error) => {
    console.error(error.stack);
    process.exit(1);
});
