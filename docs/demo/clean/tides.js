"use strict";

const HARBOURS = [
  { name: "Bergen", high: "04:12", low: "10:21", range: "1.2 m" },
  { name: "Brest", high: "05:47", low: "11:58", range: "5.9 m" },
  { name: "Lerwick", high: "03:02", low: "09:14", range: "1.6 m" },
  { name: "Zeebrugge", high: "01:33", low: "07:51", range: "3.8 m" },
];

const rows = document.querySelector("#tide-rows");
for (const harbour of HARBOURS) {
  const row = rows.insertRow();
  for (const value of [harbour.name, harbour.high, harbour.low, harbour.range]) {
    row.insertCell().textContent = value;
  }
}

document.querySelector("#next").addEventListener("click", () => {
  const first = HARBOURS.reduce((one, other) => (one.high < other.high ? one : other));
  document.querySelector("#answer").textContent = `${first.name}, at ${first.high}`;
});
