document.querySelector("h1").append(".");
