const p=705,s=[705],m={8705:((d,o,t)=>{t.d(o,{fromHttp:()=>_.b});var _=t(6223)})};export{p as id,s as ids,m as modules};
