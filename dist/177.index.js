const _=177,r=[177],s={3177:((t,o,d)=>{d.d(o,{defaultProvider:()=>e.v6});var e=d(1366)})};export{_ as id,r as ids,s as modules};
